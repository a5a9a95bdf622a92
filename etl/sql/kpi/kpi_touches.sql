-- One row per manual touch: a record of the audit log in which a person decided, or a draft made again. What a run does by itself
-- (pull, first draft, export, reconcile, close) is none.
select company, number, type, person, recorded_at from audit_events
where type in ('approve', 'approve_mapping', 'approve_time', 'billing_review', 'books_backup', 'books_decision', 'confirm_rule', 'exception',
        'mapping_replay', 'mapping_revert', 'mapping_sheet', 'reopen', 'request_approval', 'rollback', 'sign_off', 'withdraw')
    or (type = 'draft' and revision > 1)
