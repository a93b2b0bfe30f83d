"""The built-in weights, their licences, and how they were converted."""
