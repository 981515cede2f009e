"""The ways to carry a plan out. All render the same plan, so one can take over from another in the middle."""
