"""A session over a bare websocket: what a browser says to the app, and what nobody's browser would say."""

import contextlib
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 120


class Client:
    """One session. `move` sends the state of widgets by their keys, as protobuf fields, and waits for the page."""

    def __init__(self, address, **parameters):
        place = f"ws://{urlsplit(address).netloc}/_stcore/stream"
        self.socket = connect(place, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE)
        self.query, self.widgets, self.received, self.told = urlencode(parameters), {}, 0, []
        self.set, self.page = {}, ""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def rerun(self):
        """Ask for the page and wait until it is there; returns the elements that were sent."""
        ask = BackMsg()
        ask.rerun_script.query_string = self.query
        ask.rerun_script.page_script_hash = self.page
        for key, values in self.set.items():
            state = ask.rerun_script.widget_states.widgets.add()
            state.id = self.widgets[key].id
            for field, value in values.items():
                if isinstance(value, list):
                    getattr(state, field).data.extend(value)
                else:
                    setattr(state, field, value)
        self.socket.send(ask.SerializeToString())
        return self.finished()

    def move(self, **values):
        """Set widgets, `threshold={"double_array_value": [3.5]}`, and wait for the page."""
        self.set |= values
        return self.rerun()

    def finished(self):
        """All elements until the script has ended."""
        self.told, self.received = [], 0
        while True:
            raw = self.socket.recv(PATIENCE)
            message = ForwardMsg.FromString(raw)
            self.received += len(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._note(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished in (0, 1):
                return self.told

    def _note(self, element):
        self.told.append(element)
        inner = getattr(element, element.WhichOneof("type"))
        identity = getattr(inner, "id", "")
        if isinstance(identity, str) and identity.startswith("$$ID-"):
            self.widgets[identity.split("-", 2)[2]] = inner

    def kinds(self):
        """Kinds of the elements that were sent last."""
        return [element.WhichOneof("type") for element in self.told]

    def text(self):
        """All Markdown of the page that was sent last."""
        return "\n".join(e.markdown.body for e in self.told if e.WhichOneof("type") == "markdown")

    def alive(self):
        """Whether the server still listens to this session."""
        with contextlib.suppress(ConnectionClosed):
            return "metric" in [e.WhichOneof("type") for e in self.rerun()]
        return False
