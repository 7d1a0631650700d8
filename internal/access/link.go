package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// Link is what a link token opens: one village, one purpose, until a date.
type Link struct {
	Purpose   string
	Township  int64
	Village   int64
	Subject   int64 // what the purpose is about, such as a person or a roster
	ExpiresAt time.Time
}

// NewLink makes a link and returns its token, the only copy: 128 random bits, stored hashed.
func NewLink(ctx context.Context, tx *Tx, l Link) (token string, err error) {
	if !unitWithin(tx.scope, l.Township, l.Village) || l.Village == 0 {
		return "", fault.NotFound()
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	_, err = tx.Exec(ctx, `insert into links (token_hash, tenant_id, township_id, village_id, purpose, subject_id, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7)`, hashToken(token), tx.Tenant(), l.Township, l.Village, l.Purpose, l.Subject, l.ExpiresAt)
	tx.Audit(Line{Action: "link.create", Object: "links", ID: l.Subject, Summary: "生成链接:" + l.Purpose})
	return token, err
}

// RevokeLinks ends all links of a purpose about a subject.
func RevokeLinks(ctx context.Context, tx *Tx, purpose string, subject int64) error {
	_, err := tx.Exec(ctx, `update links set revoked_at = $1 where tenant_id = $2 and purpose = $3 and subject_id = $4
		and revoked_at is null`, tx.scope.core.Now(), tx.Tenant(), purpose, subject)
	tx.Audit(Line{Action: "link.revoke", Object: "links", ID: subject, Summary: "撤销链接:" + purpose})
	return err
}

// Linked lists what a village's links of a purpose are about, of those that still open something, with the day they were made.
func Linked(ctx context.Context, tx *Tx, purpose string, village int64) (map[int64]time.Time, error) {
	rows, err := tx.Query(ctx, `select subject_id, max(created_at) from links where tenant_id = $1 and purpose = $2 and village_id = $3
		and revoked_at is null and expires_at > $4 group by subject_id`, tx.Tenant(), purpose, village, tx.scope.core.Now())
	if err != nil {
		return nil, err
	}
	made := map[int64]time.Time{}
	var subject int64
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&subject, &at}, func() error { made[subject] = at; return nil })
	return made, err
}

// Ended reports whether a token opened something once and was revoked since, so that its holder can be told.
func (c *Core) Ended(ctx context.Context, token, purpose string) (bool, error) {
	var ended bool
	err := c.pool.Raw().QueryRow(ctx, `select exists (select from links where token_hash = $1 and purpose = $2
		and (revoked_at is not null or expires_at <= $3))`, hashToken(token), purpose, c.Now()).Scan(&ended)
	return ended, pg.Sentences{}.Explain(err)
}

// FromLink turns a token into a read-only scope on one village for one purpose. An unknown, expired or revoked token is
// an absent page.
func (c *Core) FromLink(ctx context.Context, token, purpose string) (Scope, int64, error) {
	s, subject, err := c.FromConsent(ctx, token, purpose)
	s.readOnly = true
	return s, subject, err
}

// FromConsent is FromLink for the one act that the link asks its holder to agree to. The scope may write within the
// village, so the caller does that act and nothing else; the purpose's own rule makes it happen once. Listed in the
// architecture test.
func (c *Core) FromConsent(ctx context.Context, token, purpose string) (Scope, int64, error) {
	var tenant, township, village, subject int64
	err := c.pool.Raw().QueryRow(ctx, `select tenant_id, township_id, village_id, subject_id from links
		where token_hash = $1 and purpose = $2 and revoked_at is null and expires_at > $3`, hashToken(token), purpose, c.Now()).
		Scan(&tenant, &township, &village, &subject)
	if errors.Is(err, pgx.ErrNoRows) {
		return Scope{}, 0, fault.NotFound()
	}
	if err != nil {
		return Scope{}, 0, pg.Sentences{}.Explain(err)
	}
	return Scope{core: c, only: Permission("link." + purpose), name: "链接访问",
		settings: pg.Settings{Tenant: tenant, Township: township, Village: village, Level: pg.Village}}, subject, nil
}

// HeldBy names who holds the link, once its subject has told: what he does bears his name. It names nobody else.
func (s Scope) HeldBy(name string) Scope {
	if s.account == 0 && strings.HasPrefix(string(s.only), "link.") {
		s.name = name + "(链接确认)"
	}
	return s
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
