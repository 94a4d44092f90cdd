"""Show the events of a training as one line on the terminal."""

from __future__ import annotations

from mnist_cnn.optimization.events import Step, Validated

WIDTH = 30  # characters


class ProgressBar:
    """Redraws the line for every event."""

    def __init__(self, epochs: int):
        self.epochs = epochs
        self._validated = ""

    def show(self, event: Step | Validated) -> None:
        """Show a step; a validation appears with the next step."""
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
    """Return a duration in seconds or minutes."""
    return f"{seconds:3.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
