"""Data to learn from: pictures, captions, classes; and the batches that training takes of them."""
