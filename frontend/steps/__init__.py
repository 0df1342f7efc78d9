"""From control flow to locations and guarded atomic steps."""
