"""Weaknesses by the tenant's checks, configuration where no check looks."""

from __future__ import annotations

from agent.planner.checked import by_checks, only_passed
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Kinds, Ref, Weakness, Where

BUCKETS = Kinds(categories=("Storage Bucket",), label="buckets")
DATABASES = Kinds(categories=("Database",), label="databases")


def setting(type_id: str, kind: str = "bool") -> Atom:
    place = Where(type_id=type_id, path=("versioning",), kind=kind)
    return Atom(ref=Ref(name="no_versioning", places=(place,)), op="true", negated=True)


def form(kinds: Kinds, weakness: Weakness) -> Form:
    return Form(items=(kinds, weakness))


def told(made: Form) -> Weakness:
    (weakness,) = [i for i in made.items if isinstance(i, Weakness)]
    return weakness


def test_a_check_that_looks_at_the_kind_tells_in_place_of_its_configuration(small: Estate) -> None:
    made = told(
        by_checks(form(BUCKETS, Weakness(name="no_versioning", setting=(setting("S3_BUCKET"),))), small)
    )
    assert made.rules == ("s3_bucket_object_versioning",)
    assert made.setting == ()


def test_configuration_tells_of_kinds_that_no_check_looks_at(small: Estate) -> None:
    both = (setting("S3_BUCKET"), setting("GOOGLE_CLOUD_STORAGE_BUCKET"))
    made = told(by_checks(form(BUCKETS, Weakness(name="no_versioning", setting=both)), small))
    assert made.rules == ("s3_bucket_object_versioning",)
    assert made.setting == both[1:]


def test_a_setting_that_is_empty_everywhere_shows_nothing(small: Estate) -> None:
    weakness = Weakness(
        name="unencrypted",
        setting=(setting("RDS_DATABASE_INSTANCE"), setting("AMAZON_DYNAMODB_TABLE", "null")),
    )
    made = told(by_checks(form(DATABASES, weakness), small))
    assert made.rules == ("rds_instance_storage_encrypted",)
    assert made.setting == ()


def test_checks_of_other_kinds_are_left_out(small: Estate) -> None:
    weakness = Weakness(name="public", rules=("rds_instance_no_public_access", "s3_bucket_public_access"))
    made = told(by_checks(form(BUCKETS, weakness), small))
    assert "rds_instance_no_public_access" not in made.rules
    assert "s3_bucket_public_access" in made.rules


def test_what_does_not_have_it_must_have_passed(small: Estate) -> None:
    weakness = Weakness(name="no_versioning", rules=("s3_bucket_object_versioning",), negated=True)
    *_, passed = only_passed(form(BUCKETS, weakness), small).items
    assert isinstance(passed, Has)
    assert passed.entity == "finding"
    # a check that passed nowhere tells of nothing that is fine
    never = Weakness(name="no_ssm", rules=("ec2_instance_managed_by_ssm",), negated=True)
    assert only_passed(form(BUCKETS, never), small) == form(BUCKETS, never)
    wanted = weakness.model_copy(update={"negated": False})
    assert only_passed(form(BUCKETS, wanted), small) == form(BUCKETS, wanted)
