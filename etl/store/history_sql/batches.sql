-- One row per exported batch: which revision was published, when, and the digest of the manifest that seals it.
-- The other views' columns company, period_end, batch and audit_number lead here.
with batches as (select * from stored.batches)
select company, period_end, batch, audit_number, revision, exported_at, manifest_digest
from batches
