"""Live use: graph sessions, the run queue, history, and what is said over the wire."""
