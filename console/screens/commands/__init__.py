"""Every command of the console in one table: keys, the `:` line, the palette and the help are all made from it."""
