/* Each d_step or statement is one step of lost_update.alloc; `seen` is reset at its last use. */
byte counter, added;

active [2] proctype cpu()
{
	byte seen;

	seen = counter;
	d_step { counter = seen + 1; added++; seen = 0; assert(counter == added) };
end:
	false
}
