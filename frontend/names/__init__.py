"""What a specification declares and what a name means where it stands; how large all of it may
get."""
