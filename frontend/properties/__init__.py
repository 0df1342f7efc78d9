"""What a specification claims, and what must hold of any code."""
