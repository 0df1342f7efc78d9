/* lost_wakeup.alloc, step for step. */
bool condition, sleeping, wakeup;

active proctype waiter()
{
	if
	:: condition
	:: !condition -> sleeping = true; wakeup
	fi;
end:
	false
}

active proctype waker()
{
	condition = true;
	if
	:: !sleeping
	:: sleeping -> wakeup = true
	fi;
end:
	false
}
