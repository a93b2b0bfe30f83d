"""The Noto emoji set: pictures, captions and how they were made."""
