"""Lets schemathesis look into pages: openapi.yaml says how they begin."""

import schemathesis


@schemathesis.deserializer("text/html")
def page(ctx, response):
    return response.text
