-- What we add to Procrastinate's own tables (bot/store/migrate.py runs this at every start; it may run again).

-- Finds who waits for a lock. Procrastinate's own index on locks holds running jobs only.
CREATE INDEX IF NOT EXISTS warmline_jobs_waiting ON procrastinate_jobs (lock) WHERE status = 'todo';

-- A waiter on a lock is not woken when the lock is freed: wake the workers, but only when somebody waits.
-- Who frees a lock and who queues for it do so one after the other, so no waiter is overlooked.
CREATE OR REPLACE FUNCTION warmline_wake_waiters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lock IS NULL THEN
        RETURN OLD;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(OLD.lock, 7231004));
    IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo') THEN
        PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name,
                          json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text);
    END IF;
    RETURN OLD;
END;
$$;
CREATE OR REPLACE TRIGGER warmline_wake_waiters AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION warmline_wake_waiters();

-- Queues jobs. Where the caller's worker ("here") lives and nobody has or waits for a job's lock, the job is
-- the caller's at once, as if it had been fetched; the answer names these by their place in the list.
-- Two callers that queue for one lock do so one after the other, in the order of locks, so that none waits in a ring.
-- A job marked "if_others_wait" is left out when another of the list begins at once.
-- A job marked "one_waits" is left out while one of its lock waits, which will do its work, as early as
-- the more urgent of the two: else a backlog breeds jobs, and jobs the backlog. The waiting one is held until the caller's rows are there for it to see; the workers pass it by
-- meanwhile, and are woken. One that a worker is just taking does not count.
CREATE OR REPLACE FUNCTION warmline_add_jobs(wanted jsonb, here bigint)
RETURNS TABLE (place bigint, job_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    job record;
    mine bigint;
    waiting bigint;
    begun boolean := false;
BEGIN
    SELECT w.id INTO here FROM procrastinate_workers w WHERE w.id = here FOR KEY SHARE;
    FOR job IN
        SELECT * FROM ROWS FROM (jsonb_to_recordset(wanted)
            AS (queue text, task text, priority integer, lock text, args jsonb, here boolean, if_others_wait boolean,
                one_waits boolean))
            WITH ORDINALITY AS j (queue, task, priority, lock, args, at_once, if_others_wait, one_waits, place)
            ORDER BY j.if_others_wait, j.lock NULLS FIRST, j.place
    LOOP
        IF job.if_others_wait AND begun THEN
            CONTINUE;
        END IF;
        mine := NULL;
        IF job.lock IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(job.lock, 7231004));
        END IF;
        IF job.one_waits THEN
            SELECT p.id INTO waiting FROM procrastinate_jobs p WHERE p.lock = job.lock AND p.status = 'todo'
                LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
            IF FOUND THEN
                UPDATE procrastinate_jobs SET priority = job.priority WHERE id = waiting AND priority < job.priority;
                PERFORM pg_notify('procrastinate_queue_v1#' || job.queue,
                                  json_build_object('type', 'job_inserted', 'job_id', 0)::text);
                CONTINUE;
            END IF;
        END IF;
        IF here IS NOT NULL AND job.at_once AND (job.lock IS NULL OR NOT EXISTS (
                SELECT 1 FROM procrastinate_jobs p WHERE p.lock = job.lock AND p.status = 'todo')) THEN
            INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status, worker_id)
                VALUES (job.queue, job.task, job.priority, job.lock, job.args, 'doing', here)
                ON CONFLICT (lock) WHERE status = 'doing' DO NOTHING
                RETURNING id INTO mine;
        END IF;
        IF mine IS NOT NULL THEN
            begun := true;
            place := job.place;
            job_id := mine;
            RETURN NEXT;
        ELSE
            INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
                VALUES (job.queue, job.task, job.priority, job.lock, job.args);
        END IF;
    END LOOP;
END;
$$;

-- Deletes jobs that are done, in the order of locks, as they are added.
CREATE OR REPLACE FUNCTION warmline_finish_jobs(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    done bigint;
BEGIN
    FOR done IN SELECT id FROM procrastinate_jobs WHERE id = ANY(ids) ORDER BY lock NULLS FIRST LOOP
        DELETE FROM procrastinate_jobs WHERE id = done AND status IN ('todo', 'doing');
    END LOOP;
END;
$$;
