/* choose_and_pick.alloc, step for step: the empty branch joins the test behind it. */
byte sum;
bool open;

active [2] proctype cpu()
{
	if
	:: open -> d_step { sum = 7; assert(sum <= 3) }
	:: d_step { sum = sum + 1; assert(sum <= 3) }
	:: d_step { sum = sum + 2; assert(sum <= 3) }
	:: sum > 2 -> goto opening
	:: sum <= 2 -> goto end
	fi;
	if
	:: sum > 2
	:: sum <= 2 -> goto end
	fi;
opening:
	open = true;
end:
	false
}
