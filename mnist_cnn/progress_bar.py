"""The events of a training as one line on the terminal."""

from __future__ import annotations

from mnist_cnn.events import Step, Validated

WIDTH = 30  # characters


class ProgressBar:
    """Draws the line anew for every event."""

    def __init__(self, epochs: int):
        """Begin; nothing is shown before the first event."""
        self.epochs = epochs
        self._validated = ""

    def show(self, event: Step | Validated) -> None:
        """Show a step; a validation is shown with the steps after it."""
        if isinstance(event, Validated):
            self._validated = f"  validation {event.accuracy:.2%}"
            return
        filled = WIDTH * event.step // event.steps
        print(
            f"\repoch {event.epoch}/{self.epochs} [{'█' * filled}{'·' * (WIDTH - filled)}] "
            f"loss {event.loss:.4f}  accuracy {event.accuracy:.2%}{self._validated}  "
            f"{event.digits_per_second:,.0f} digits/s  {duration(event.seconds_left)} left ",
            end="" if event.step < event.steps else "\n",
            flush=True,
        )


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    return f"{seconds:3.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
