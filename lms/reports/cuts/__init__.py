"""Cuts: every measure of a division and period by any dimension, narrowed by any, and what each number opens."""
