"""From the text of a specification to its models."""
