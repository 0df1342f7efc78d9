/* two_locks.alloc, step for step. */
byte inode, tree;

active proctype reclaimer()
{
	d_step { tree == 0 -> tree = 1 };
	d_step { inode == 0 -> inode = 1 };
	inode = 0;
	tree = 0;
end:
	false
}

active proctype writer()
{
	d_step { inode == 0 -> inode = 2 };
	d_step { tree == 0 -> tree = 2 };
	tree = 0;
	inode = 0;
end:
	false
}
