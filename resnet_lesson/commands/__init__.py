"""What `python -m resnet_lesson` can do, one file a command."""
