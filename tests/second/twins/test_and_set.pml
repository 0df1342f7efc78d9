/* test_and_set.alloc, step for step. */
bool busy;
byte inside;

active [3] proctype cpu()
{
	do
	:: d_step { !busy -> busy = true; inside++; assert(inside <= 1) };
	   d_step { inside--; busy = false }
	od
}
