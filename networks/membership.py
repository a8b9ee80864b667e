"""Who belongs to a network: the members of its group."""

from django.contrib.auth.models import Group

from pages.models import Network


def group_of(network: Network) -> Group:
    """The group of a network, made when it is first asked for."""
    return Group.objects.get_or_create(name=f"Network: {network.code}")[0]
