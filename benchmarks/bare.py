"""The peer: a Flask application that parses the same body with orjson and answers 4 kB, nothing else."""

from __future__ import annotations

import orjson
from flask import Flask, Response, request

ANSWER = orjson.dumps({"cards": [{"summary": "x" * 3900}]})


def application() -> Flask:
    app = Flask(__name__)

    @app.post("/cds-services/rls-nutrients")
    def parse() -> Response:
        orjson.loads(request.get_data())
        return Response(ANSWER, mimetype="application/json")

    return app


app = application()
