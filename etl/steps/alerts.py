"""Tell people what is new, once: a digest a channel and run, after the work is committed, whatever came of the work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from etl.alerts import Sender, open_channel, sees_people, shown
from etl.errors import EtlError, RefusedError
from etl.settings import Channel, Settings
from etl.steps.alert import RUNS, UNMAPPED, Alert, at_least, body_of, in_order
from etl.steps.alert_findings import Found, Look, Ran, find_alerts
from etl.steps.exceptions import settings_now
from etl.steps.outcome import Outcome
from etl.steps.run import person_of, place_of
from etl.steps.trusted import permit
from etl.store import audit_log, ops_log, told
from etl.store.records import Record, instant_text
from etl.store.told import Memory, Told
from etl.trust.secrets import Secret, Whose, find_secret
from etl.workspace import Workspace, is_sandbox

_MOST_GONE = 5000   # keys that a channel remembers of what was fixed
Opened = Callable[[Channel], Sender]


@dataclass(frozen=True)
class Digest:
    """One message to one channel: what is told, under which ids, and whether the audit log's end goes out by itself."""

    channel: Channel
    alerts: tuple[tuple[Alert, str], ...]
    repeated: tuple[str, ...]   # ids that may have arrived before
    head: Record | None

    @property
    def id(self) -> str:
        """The same for the same message."""
        said = [known for _, known in self.alerts] + [self.head.digest if self.head else ""]
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:12]


@dataclass
class Telling:
    """What came of the messages of one run, by channel."""

    sent: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """For the terminal; empty where there was nothing to tell."""
        said = [f"{name} {count} new" if count else f"{name} the audit log's end" for name, count in self.sent.items()]
        said += [f"{name} not told: {why}" for name, why in self.failed.items()]
        return f"alerts: {'; '.join(said)}" if said else ""


@contextmanager
def telling(company: str, of: str | date, workspace: str | Path | None, say: Callable[[str], None]) -> Iterator[Ending]:
    """While this lasts a run works; afterwards its alerts go out. What fails in them fails no run."""
    ending, place, ran = Ending(), place_of(workspace), Ran(str(of), "UNFORESEEN")
    try:
        yield ending
        ran = ran_of(of, ending.outcome)
    except EtlError as error:
        ran = Ran(str(of), error.code)
        raise
    except KeyboardInterrupt:   # a person stopped it, and knows
        ran = Ran(str(of))
        raise
    finally:
        tell_calmly(place, company, [ran], say)


def ran_of(of: str | date, outcome: Outcome | None) -> Ran:
    """How a run ended whose last step gave this."""
    if outcome is None or not outcome.exit_code:
        return Ran(str(of))
    return Ran(str(of), "STOPPED", outcome.title)


@dataclass
class Ending:
    """How a run has ended, for those who are told."""

    outcome: Outcome | None = None


def tell_calmly(place: Workspace, company: str, rans: Sequence[Ran], say: Callable[[str], None]) -> None:
    """The same, and what fails in it is only said: the work is done."""
    try:
        line = tell(place, company, *rans).line()
    except EtlError as error:   # what kept the run itself from starting is said by the run
        line = "" if error.code in {ran.failed for ran in rans} else f"alerts: not told: {error.what}"
    except Exception as error:  # noqa: BLE001 - the work is done and committed; a message must not make it look undone
        line = f"alerts: not told: {type(error).__name__}"
    if line:
        say(line)


def tell(place: Workspace, company: str, *rans: Ran, now: datetime | None = None) -> Telling:
    """Find what is new, tell each channel what is its own, remember it. Nothing without channels."""
    settings, came = settings_now(place, company), Telling()
    if not settings.alerts.channels:
        return came
    with told.telling(place, company) as memory:
        look = Look(place, company, settings, audit_log.read_log(place, company), now or datetime.now(UTC))
        found = find_alerts(look, rans)
        for channel in settings.alerts.channels:
            digest = digest_for(look, channel, found, memory)
            if digest.alerts or digest.head is not None:
                _send(look, digest, memory, came)
        told.remember(place, company, memory)
    return came


def digest_for(look: Look, channel: Channel, found: Found, memory: Memory) -> Digest:
    """What this channel has not been told yet; what is gone is taken out of its memory, so that it can come again."""
    own = memory.setdefault(channel.name, Told())
    mine = in_order(_of(channel, [*found.alerts, *_unreached(look, channel, memory)]))
    keys = {alert.key for alert in mine}
    for key in [key for key in own.told if key not in keys and found.is_seen(key)]:
        own.gone[key] = own.told.pop(key)
    for key in list(own.gone)[:-_MOST_GONE]:
        del own.gone[key]
    new = tuple((alert, alert.id_of(look.company, own.gone.get(alert.key, 0) + 1))
                for alert in mine if alert.key not in own.told)
    repeated = tuple(known for alert, known in new if alert.key in own.sending)
    return Digest(channel, new, repeated, _head(look, channel, own))


def _of(channel: Channel, alerts: list[Alert]) -> list[Alert]:
    if channel.owner:
        return [alert for alert in alerts if alert.part == UNMAPPED and alert.owner == channel.owner]
    return at_least(alerts, channel.severity)


def _unreached(look: Look, channel: Channel, memory: Memory) -> Iterator[Alert]:
    """Channels that took no message, told to the others."""
    declared = {one.name for one in look.settings.alerts.channels}
    for name, other in memory.items():
        if name != channel.name and name in declared and other.failed:
            yield Alert(f"channel/{name}/{other.failed['since']}", RUNS, "stop", "A channel of alerts is not reached",
                        what=f"{name}, since {other.failed['since']}", see="timebooks auto alerts")


def _head(look: Look, channel: Channel, own: Told) -> Record | None:
    """The audit log's end, where this channel keeps it and it is due: after an export, and once a day."""
    if not channel.anchors or not look.records:
        return None
    head, known = look.records[-1], own.head.get("number", 0)
    exported = max((record.number for record in look.records if record.type == "export"), default=0)
    is_due = known < exported or own.head.get("day") != look.here.date().isoformat()
    return head if head.number != known and is_due else None


def _send(look: Look, digest: Digest, memory: Memory, came: Telling) -> None:
    """One message: remembered as on its way, sent, remembered as told."""
    name, own = digest.channel.name, memory[digest.channel.name]
    own.sending = [alert.key for alert, _ in digest.alerts]
    told.remember(look.place, look.company, memory)
    try:
        took = opened(look.place, look.company, digest.channel).send(*message(look, digest))
        why = "" if took else "it has not answered in time" if took is None else "it was not reached or did not accept"
    except EtlError as error:
        took, why = False, error.what
    if took:
        for alert, _ in digest.alerts:
            own.told[alert.key] = own.gone.pop(alert.key, 0) + 1
        own.failed = {}
        if digest.head is not None:
            own.head = {"number": digest.head.number, "day": look.here.date().isoformat()}
        came.sent[name] = len(digest.alerts)
    else:
        own.failed = {"since": own.failed.get("since", instant_text(look.now)), "times": own.failed.get("times", 0) + 1}
        came.failed[name] = why
    if took is not None:   # of what nobody knows it stays: the next message says that it may repeat it
        own.sending = []
    told.remember(look.place, look.company, memory)
    ops_log.note(look.place, look.company, "alerts", {
        "at": instant_text(look.now), "channel": name, "message": digest.id, "alerts": len(digest.alerts),
        "outcome": {True: "taken", False: "not taken", None: "unknown"}[took]})


def opened(place: Workspace, company: str, channel: Channel) -> Sender:
    """The channel with its secret. Raises SettingsError SECRET_MISSING, SECRET_OPEN, CHANNEL_ADDRESS."""
    return open_channel(channel.name, _secret(place, company, channel), loopback_only=is_sandbox(company))


def _secret(place: Workspace, company: str, channel: Channel) -> Secret:
    private = place.mappings(company) / "private"
    return find_secret(Whose(company, channel.name, private, "channel", "channel's address"))


def message(look: Look, digest: Digest) -> tuple[str, str]:
    """Title and text of one message."""
    name, company = shown(look.settings.company.name), look.company
    with_people = digest.channel.role in sees_people()
    count = len(digest.alerts)
    what = f"{count} new alert{'s' if count > 1 else ''}" if count else "the audit log's end"
    lines = [body_of(digest.alerts, with_people=with_people)] if count else []
    if digest.repeated:
        lines.append(f"These may have reached you before, the sending was interrupted: {', '.join(digest.repeated)}.")
    if look.records:
        head = digest.head or look.records[-1]
        lines.append(f"End of the audit log: record {head.number}. To compare later:\n"
                     f"timebooks verify --anchor {company}:{head.number}:{head.digest}")
    without = "" if with_people else " Who worked and how long is told to payroll and its approvers alone."
    lines.append(f"Message {digest.id} to {digest.channel.name}. An alert is told once; the same letters in brackets "
                 f"are the same alert.{without}")
    mark = "SANDBOX " if is_sandbox(company) else ""
    return f"{mark}Timebooks: {what}, {name}", "\n\n".join(lines)


def show_alerts(company: str, workspace: str | Path | None = None, *, now: datetime | None = None) -> Outcome:
    """What each channel was told and what the next run will tell it; nothing is sent."""
    place, settings = place_of(workspace), settings_now(place_of(workspace), company)
    look = Look(place, company, settings, audit_log.read_log(place, company), now or datetime.now(UTC))
    found, memory = find_alerts(look), told.recall(place, company)
    rows = []
    for channel in settings.alerts.channels:
        new = {alert.key for alert, _ in digest_for(look, channel, found, memory).alerts}
        own = memory[channel.name]
        for alert in in_order(_of(channel, [*found.alerts, *_unreached(look, channel, memory)])):
            turn = own.told.get(alert.key) or own.gone.get(alert.key, 0) + 1
            with_people = channel.role in sees_people()
            rows.append((channel.name, "to be told" if alert.key in new else "told", alert.severity, alert.title,
                         alert.line(alert.id_of(company, turn), with_people=with_people)))
    channels = [(f"channel {channel.name}", _standing(channel, memory[channel.name]))
                for channel in settings.alerts.channels]
    waiting = sum(row[1] == "to be told" for row in rows)
    return Outcome(
        title=f"{settings.company.name}: {len(settings.alerts.channels)} channel(s), {waiting} alert(s) to be told",
        facts=tuple(channels), headings=("channel", "state", "severity", "alert", "said"), rows=tuple(rows),
        next_step=_next(settings, company))


def _standing(channel: Channel, own: Told) -> str:
    said = [channel.role, f"from {channel.severity} on" if not channel.owner else f"unmapped work of {channel.owner}"]
    said += ["keeps the audit log's end"] if channel.anchors else []
    said += [f"not reached since {own.failed['since']}, {own.failed['times']} time(s)"] if own.failed else []
    return ", ".join(said)


def _next(settings: Settings, company: str) -> str:
    if not settings.alerts.channels:
        return "declare [[alerts.channels]] in company.toml (docs/automation.md)"
    return f"timebooks auto alerts --company {company} --test sends one message to each channel"


def try_channels(company: str, workspace: str | Path | None = None, *, person: str | None = None) -> Outcome:
    """One message to each channel that says it is a test. Exit code 1 where one does not take it."""
    place, settings = place_of(workspace), settings_now(place_of(workspace), company)
    permit(place, company, "send_alerts", person or person_of(company))
    if not settings.alerts.channels:
        raise RefusedError(
            "CHANNELS_MISSING", what=f"{company} declares no channel to send to",
            where=f"mappings/{company}/company.toml",
            fix="Add [[alerts.channels]] with name and role, keep the address as its secret (docs/automation.md).")
    came: Mapping[str, str] = {channel.name: _test(place, company, settings, channel)
                               for channel in settings.alerts.channels}
    wrong = [name for name, said in came.items() if said != "taken"]
    return Outcome(title=f"{len(came) - len(wrong)} of {len(came)} channel(s) took the test message",
                   facts=tuple(came.items()), exit_code=1 if wrong else 0,
                   next_step=f"correct the address of {wrong[0]}, then --test again" if wrong else "")


def _test(place: Workspace, company: str, settings: Settings, channel: Channel) -> str:
    mark = "SANDBOX " if is_sandbox(company) else ""
    title = f"{mark}Timebooks: a test message, {shown(settings.company.name)}"
    try:
        took = opened(place, company, channel).send(title, f"Channel {channel.name} works. Nothing is to be done.")
    except EtlError as error:
        return f"not sent: {error.what}"
    return "taken" if took else "not taken: it was not reached, did not accept, or has not answered in time"
