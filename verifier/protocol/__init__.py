"""What engines are asked and what comes back: tasks, sizes, limits, signals, exit statuses."""
