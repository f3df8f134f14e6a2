"""What `python -m resnet_lesson` can do besides recording and measuring."""
