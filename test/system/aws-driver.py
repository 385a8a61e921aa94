"""Debian's AWS CLI, many commands in one process: /usr/bin/aws is `awscli.clidriver.main` and no more.

Reads a command as JSON from each line (its words, and what its environment has besides), runs it, and answers with a line of JSON: code, stdout,
stderr.
"""

import contextlib
import io
import json
import os
import sys

import awscli.clidriver

# The models of the services, which every process of the CLI would read anew.
models = awscli.clidriver.create_clidriver().session.get_component('data_loader')


def run(words, environment):
    os.environ.update(environment)
    # Anew for each command: what one has registered for itself would meddle with the next.
    driver = awscli.clidriver.create_clidriver()
    driver.session.register_component('data_loader', models)
    out = io.TextIOWrapper(io.BytesIO(), 'utf-8', newline='')
    err = io.TextIOWrapper(io.BytesIO(), 'utf-8', newline='')
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(words)
        except SystemExit as end:
            code = end.code
    return {'code': code, 'stdout': text_of(out), 'stderr': text_of(err)}


def text_of(stream):
    stream.flush()
    return stream.buffer.getvalue().decode('utf-8')


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
