"""Whether programs do the same under the same schedule: executions that run again, here and elsewhere, and are compared."""
