"""Delivery of help: a desk with so many places at once, its waiting list, and two engines that run it alike."""
