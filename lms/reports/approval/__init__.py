"""Approval of periods: county submits, prefecture accepts, province locks. What is signed is a canonical payload and its digest."""
