"""What serves every room: Keras without its start-up log, files, the machine."""
