"""Points in the plane instead of pictures: models so small that all they do can be seen."""
