/* choose_and_pick.alloc, step for step. */
byte sum;
bool open;

active [2] proctype cpu()
{
	if
	:: open; d_step { sum = 7; assert(sum <= 3) }
	:: d_step { sum = sum + 1; assert(sum <= 3) }
	:: d_step { sum = sum + 2; assert(sum <= 3) }
	:: skip
	fi;
	if
	:: sum > 2 -> open = true
	:: sum <= 2
	fi;
end:
	false
}
