package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/pg"
)

// Line is one entry of the audit trail. Sensitive values appear masked or not at all.
type Line struct {
	Action  string // such as "cadre.reveal"
	Object  string // the table
	ID      int64
	Person  int64 // the person concerned, so that he can be told who saw his data; 0 for none
	Summary string
	Reason  string         // typed by the user where the act asks for one
	Detail  map[string]any // old and new values, counts, digests
}

// record is a line as it is chained: the digest covers exactly these bytes.
type record struct {
	At       time.Time       `json:"at"`
	Account  int64           `json:"account"`
	Holder   int64           `json:"holder"`
	Actor    string          `json:"actor"`
	Role     Role            `json:"role"`
	Township int64           `json:"township"`
	Village  int64           `json:"village"`
	Address  string          `json:"address"`
	Action   string          `json:"action"`
	Object   string          `json:"object"`
	ID       int64           `json:"id"`
	Person   *int64          `json:"person"`
	Summary  string          `json:"summary"`
	Reason   string          `json:"reason"`
	Detail   json.RawMessage `json:"detail"`
}

// Audit adds a line, written when the transaction ends. A number that somebody typed into a purpose or a search, or that
// stands in the name of a file, is masked.
func (tx *Tx) Audit(l Line) {
	l.Summary, l.Reason = contact.HideNumbers(l.Summary), contact.HideNumbers(l.Reason)
	if filter, ok := l.Detail["filter"].(string); ok {
		l.Detail["filter"] = contact.HideNumbers(filter)
	}
	tx.lines = append(tx.lines, l)
}

// writeAudit writes the collected lines as one step of the tenant's chain. It is the last thing before COMMIT, so that
// the advisory lock is held for one round trip and nobody queues behind a long import.
func (tx *Tx) writeAudit(ctx context.Context) error {
	if len(tx.lines) == 0 {
		return nil
	}
	s := tx.scope
	at := s.core.Now().Truncate(time.Microsecond)
	records := make([]record, len(tx.lines))
	for i, l := range tx.lines {
		detail := json.RawMessage("{}")
		if l.Detail != nil {
			b, err := json.Marshal(l.Detail)
			if err != nil {
				return fmt.Errorf("audit detail of %s: %w", l.Action, err)
			}
			detail = b
		}
		r := record{At: at, Account: s.account, Holder: s.holder, Actor: s.name, Role: s.role,
			Township: s.settings.Township, Village: s.settings.Village, Address: s.address, Action: l.Action,
			Object: l.Object, ID: l.ID, Summary: l.Summary, Reason: l.Reason, Detail: detail}
		if s.account == 0 && s.settings.Level != pg.Platform {
			r.Role = "" // work that no user started acts under no role
		}
		if l.Person != 0 {
			r.Person = &l.Person
		}
		records[i] = r
	}
	digest, err := digestOf(records)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`select pg_advisory_xact_lock($1, $2)`, auditLock, int32(s.settings.Tenant))
	b.Queue(`insert into audit_steps (tenant_id, step, at, lines, digest, previous, hash)
		select $1, coalesce(max(p.step), 0) + 1, $2, $3, $4,
			coalesce((array_agg(p.hash order by p.step desc))[1], ''::bytea),
			sha256(coalesce((array_agg(p.hash order by p.step desc))[1], ''::bytea) || $4)
		from (select step, hash from audit_steps where tenant_id = $1 order by step desc limit 1) p`,
		s.settings.Tenant, at, len(records), digest)
	for i, r := range records {
		b.Queue(`insert into audit_log (tenant_id, step, line, at, account_id, holder_id, actor, role, township_id,
			village_id, address, action, object, object_id, person_id, summary, reason, detail)
			values ($1, (select max(step) from audit_steps where tenant_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17)`,
			s.settings.Tenant, i+1, r.At, r.Account, r.Holder, r.Actor, string(r.Role), r.Township, r.Village, r.Address,
			r.Action, r.Object, r.ID, r.Person, r.Summary, r.Reason, r.Detail)
	}
	return tx.SendBatch(ctx, b).Close()
}

const auditLock int32 = 0x7459 // "tY": the class of the tenants' chain locks

// canonical rewrites JSON as jsonb returns it, so that a digest can be recomputed from the table.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func digestOf(records []record) ([]byte, error) {
	h := sha256.New()
	for _, r := range records {
		c, err := canonical(r.Detail)
		if err != nil {
			return nil, fmt.Errorf("audit detail: %w", err)
		}
		r.Detail = c
		r.At = r.At.UTC()
		b, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("audit line: %w", err)
		}
		h.Write(b)
		h.Write([]byte{'\n'})
	}
	return h.Sum(nil), nil
}

// ErrChain reports a trail that was changed after it was written.
var ErrChain = errors.New("audit trail is broken")

// VerifyAudit recomputes the chain of one district (0: the platform) and returns the number of steps.
func (c *Core) VerifyAudit(ctx context.Context, tenant int64) (steps int64, err error) {
	s := c.System("核验操作日志", tenant)
	if tenant == 0 {
		s = c.platformIn(s, 0)
	}
	err = Read(ctx, s, func(tx *Tx) error {
		previous := []byte{}
		for {
			type step struct {
				Step                   int64
				Lines                  int
				Digest, Previous, Hash []byte
			}
			rows, err := tx.Query(ctx, `select step, lines, digest, previous, hash from audit_steps
				where tenant_id = $1 and step > $2 order by step limit 500`, tenant, steps)
			if err != nil {
				return err
			}
			batch, err := pgx.CollectRows(rows, pgx.RowToStructByPos[step])
			if err != nil {
				return err
			}
			if len(batch) == 0 {
				return nil
			}
			lines, err := auditLines(ctx, tx, steps+1, batch[len(batch)-1].Step)
			if err != nil {
				return err
			}
			for _, b := range batch {
				steps++
				if b.Step != steps || !bytes.Equal(b.Previous, previous) {
					return fmt.Errorf("%w: step %d does not follow its predecessor", ErrChain, b.Step)
				}
				digest, err := digestOf(lines[b.Step])
				if err != nil {
					return err
				}
				sum := sha256.Sum256(append(append([]byte{}, previous...), digest...))
				if len(lines[b.Step]) != b.Lines || !bytes.Equal(digest, b.Digest) || !bytes.Equal(sum[:], b.Hash) {
					return fmt.Errorf("%w: the lines of step %d were changed", ErrChain, b.Step)
				}
				previous = b.Hash
			}
		}
	})
	return steps, err
}

func auditLines(ctx context.Context, tx *Tx, from, to int64) (map[int64][]record, error) {
	rows, err := tx.Query(ctx, `select step, at, account_id, holder_id, actor, role, township_id, village_id, address,
		action, object, object_id, person_id, summary, reason, detail from audit_log
		where tenant_id = $1 and step between $2 and $3 order by step, line`, tx.Tenant(), from, to)
	if err != nil {
		return nil, err
	}
	lines := map[int64][]record{}
	var step int64
	var r record
	var role string
	_, err = pgx.ForEachRow(rows, []any{&step, &r.At, &r.Account, &r.Holder, &r.Actor, &role, &r.Township, &r.Village,
		&r.Address, &r.Action, &r.Object, &r.ID, &r.Person, &r.Summary, &r.Reason, &r.Detail}, func() error {
		r.Role = Role(role)
		line := r
		line.Detail = append(json.RawMessage{}, r.Detail...)
		if r.Person != nil {
			p := *r.Person
			line.Person = &p
		}
		lines[step] = append(lines[step], line)
		return nil
	})
	return lines, err
}
