"""What a file or folder of weights is, told without its weights."""
