/* test_then_set.alloc, step for step. */
bool busy;
byte inside;

active [3] proctype cpu()
{
	do
	:: !busy;
	   d_step { busy = true; inside++; assert(inside <= 1) };
	   d_step { inside--; busy = false }
	od
}
