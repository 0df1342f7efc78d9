"""A bounded instance as flat tuples of small integers, and its steps as compiled Python."""
