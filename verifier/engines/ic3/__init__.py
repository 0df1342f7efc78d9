"""IC3, or property directed reachability, over the bounded transition system."""
