"""Where a plan is executed."""
