"""What can be read off a model before any search: what a property depends on, who can hold which
lock."""
