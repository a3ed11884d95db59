"""S3 answers what is done to an upload that is not open with NoSuchUpload; moto
fails at two of them."""

from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import S3Backend


def of_an_open_upload(action):  # type: ignore[no-untyped-def]
    def checked(self, bucket_name, multipart_id, *args, **kwargs):  # type: ignore[no-untyped-def]
        if multipart_id not in self.get_bucket(bucket_name).multiparts:
            raise NoSuchUpload(upload_id=multipart_id)
        return action(self, bucket_name, multipart_id, *args, **kwargs)

    return checked


S3Backend.upload_part = of_an_open_upload(S3Backend.upload_part)
S3Backend.complete_multipart_upload = of_an_open_upload(S3Backend.complete_multipart_upload)
