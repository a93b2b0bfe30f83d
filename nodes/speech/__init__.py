"""Speech: from text to sound, and from sound to text."""
