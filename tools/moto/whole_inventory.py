"""What has tags can be listed while more is made; moto fails where something is made under the list."""

from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend as Backend

_list = Backend._get_resources_generator


def _get_resources_generator(self, *args, **kwargs):  # type: ignore[no-untyped-def]
    while True:
        try:
            return iter(list(_list(self, *args, **kwargs)))
        except RuntimeError as error:
            if "during iteration" not in str(error):
                raise


Backend._get_resources_generator = _get_resources_generator
