"""Errors that routes raise, as answers: a status, a sentence, and the key of its translations."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from mnist_cnn.classroom.places import PlaceError
from mnist_cnn.classroom.rules import BroadcastError, ClassroomError
from mnist_cnn.classroom.survey import FullError, SurveyError
from mnist_cnn.classroom.votes import VoteError
from mnist_cnn.classroom.wall import WallError
from mnist_cnn.network.exchange_formats import FormatError
from mnist_cnn.reading.ink import PictureError
from mnist_cnn.runs.run import RunsError
from mnist_cnn.runs.uploads import UploadError
from mnist_cnn.server.http.requests import RequestError, refusal
from mnist_cnn.training.correction import CorrectionError
from mnist_cnn.training.options import OptionsError


async def refuse(request: Request, error: Exception) -> Response:
    """Answer an error with its sentence and the translation that the page knows."""
    status = error.status if isinstance(error, RequestError) else 400
    return refusal(status, str(error), _translation(error))


# For ``exception_handlers`` of the app. What else is raised, ``Gate`` answers.
HANDLERS = dict.fromkeys(
    (
        *(RequestError, PictureError, FormatError, UploadError, RunsError),
        *(OptionsError, CorrectionError, ClassroomError, PlaceError, VoteError, WallError),
        SurveyError,
    ),
    refuse,
)


def _translation(error: Exception) -> tuple[str | None, dict]:
    """Return by which key the page knows the sentence of ``error``, and the values in it."""
    match error:
        case RequestError():
            return error.key, error.values
        case PictureError():
            return error.key, {}
        case UploadError():
            return f"file {error.reason}", error.values
        case RunsError():
            return f"run {error.reason}", {}
        case WallError():
            return f"wall {error.reason}", {}
        case VoteError():
            return f"vote {error.reason}", {}
        case PlaceError():
            return "placeUnknown", {}
        case FullError():
            return "surveyFull", {}
        case BroadcastError():
            return "broadcast over", {}
        case OptionsError():
            key, values = _option(error)
            others = [_option(other) for other in error.others]
            told = [{"key": key, "values": values} for key, values in others]
            return key, values | ({"others": told} if told else {})
    return None, {}


def _option(error: OptionsError) -> tuple[str, dict]:
    return f"option {error.reason}", error.values | {"name": error.name}
