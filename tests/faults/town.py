"""Workers, and a stub carrier for each of their channels; messages are owed as turns owe them."""

from collections import Counter

from sqlalchemy import select, update

from app.intake.writes import Writes
from app.opening import open_channels
from app.settings import ChannelSettings, Settings
from app.store import outbox as outbox_rows
from app.store import participants
from app.store.channels import ChannelState, states
from app.store.engine import clock, open_store
from app.store.ids import Ids
from app.store.schema import attempts, channel_state, outbox
from tests.rig.server import Muster, every_channel

ANSWER_WITHIN = 1.5
NEW_ID = Ids(1000)


class Town:
    """A worker, and a stub carrier for each of its channels."""

    def __init__(self, folder, database_url, carriers, dialect="simulator", **changes):
        self.carriers = carriers
        channels = {
            name: {
                **every_channel(carrier.url())[dialect],
                "answer_within_seconds": ANSWER_WITHIN,
                "connections": 2,
                **changes,
            }
            for name, carrier in carriers.items()
        }
        self.muster = Muster(folder, channels, {"database_url": database_url, "worker": False})
        given = {name: ChannelSettings(**channel) for name, channel in channels.items()}
        self.channels = open_channels(Settings(simulator=False, channels=given))
        self.url, self.store = database_url, open_store(database_url)
        self.people = 0

    def owe(self, name, many):
        with self.store.write() as db:
            first, self.people = self.people, self.people + many
            addresses = [f"+98912{n:07}" for n in range(first, self.people)]
            now, people = participants.hold(db, addresses, NEW_ID)
            writes = Writes(NEW_ID, now)
            for person in people.values():
                writes.owe(self.channels[name], person, "سلام")
            outbox_rows.add(db, writes.outbox)

    def states(self, name):
        with self.store.read() as db:
            wanted = select(outbox.c.state).where(outbox.c.channel == name)
            return Counter(db.execute(wanted).scalars())

    def tried(self, name):
        with self.store.read() as db:
            tries = select(attempts.c.id).join(outbox, outbox.c.id == attempts.c.outbox_id)
            return db.execute(tries.where(outbox.c.channel == name).limit(1)).first()

    def state_of(self, name):
        with self.store.read() as db:
            return states(db).get(name, ChannelState(name))

    def probe_now(self, name):
        with self.store.write() as db:
            row = update(channel_state).where(channel_state.c.channel == name)
            db.execute(row.values(probe_at=clock(db)))

    def rows(self, *columns):
        with self.store.read() as db:
            return db.execute(select(*columns).order_by(outbox.c.id)).all()
