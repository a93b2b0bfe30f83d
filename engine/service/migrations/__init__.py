"""How the server's database came to its form, step by step; the newest step is what ``tables`` says."""
