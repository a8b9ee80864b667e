"""A network with its forum, the forum of all members, and people of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from cpmg.users.models import MEMBERS, User
from networks.forum import discussing, forums
from networks.forum.discussing import Words
from networks.forum.models import Forum, Post, Topic
from networks.membership import focal_points_of, group_of
from pages import factories as make


@dataclass
class Talk:
    """``forum`` is that of ``network``, ``hall`` that of all members."""

    network: Any
    forum: Forum
    other: Forum
    hall: Forum
    people: dict[str, User] = field(default_factory=dict)

    def person(self, name: str, *groups: Any, **more: Any) -> User:
        fields = {"first_name": name.title(), "last_name": "Example", "language": "en"} | more
        user = User.objects.create_user(f"{name}@example.org", "correct horse battery", **fields)
        user.groups.set(groups)
        self.people[name] = user
        return user

    def topic(self, author: str = "ada", text: str = "What do you think?", **more: Any) -> Topic:
        forum = more.pop("forum", self.forum)
        title = more.pop("title", "Counting returns")
        language = more.pop("language", "en")
        words = Words(text, language)
        return discussing.start(self.people[author], forum, title, words, **more)

    def reply(self, topic: Topic, author: str = "ben", text: str = "I agree.", **more: Any) -> Post:
        words = Words(text, more.pop("language", "en"))
        topic.refresh_from_db()
        return discussing.reply(self.people[author], topic, words, **more)

    def client(self, name: str) -> Client:
        client = Client()
        client.force_login(self.people[name])
        return client


@pytest.fixture
def talk(home: Any) -> Talk:
    """ada and ben belong to the network, cleo to another one, mia to none; fay is the network's
    focal point, flo that of the other; edna is an editor."""
    network = make.NetworkFactory(code="counter-trafficking", name="Counter-trafficking")
    other = make.NetworkFactory(code="data", name="Migration data")
    members = Group.objects.get(name=MEMBERS)
    talk = Talk(
        network=network,
        forum=forums.of_network(network),
        other=forums.of_network(other),
        hall=forums.of_members(),
    )
    talk.person("ada", members, group_of(network))
    talk.person("ben", members, group_of(network), language="es")
    talk.person("cleo", members, group_of(other))
    talk.person("mia", members)
    talk.person("fay", members, group_of(network), focal_points_of(network))
    talk.person("flo", members, focal_points_of(other))
    talk.person("edna", Group.objects.get(name="Editors"))
    return talk
