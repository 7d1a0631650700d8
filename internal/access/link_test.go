package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// link makes a link of village A1 that its secretary hands out.
func link(t *testing.T, w *testkit.World, purpose string) string {
	t.Helper()
	token := ""
	u := w.Units["A1"]
	err := access.InScope(context.Background(), w.Scope(access.VillageSecretary, "A1"), func(tx *access.Tx) (err error) {
		token, err = access.NewLink(context.Background(), tx, access.Link{Purpose: purpose, Township: u.Township, Village: u.Village, Subject: 7,
			ExpiresAt: testkit.Now.Add(time.Hour)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// rename tries to write a row of a village under a link's scope.
func rename(s access.Scope, w *testkit.World, village string) (rows int64, err error) {
	err = access.InScope(context.Background(), s, func(tx *access.Tx) error {
		tag, err := tx.Exec(context.Background(), `update persons set name = '改名' where tenant_id = @tenant and village_id = @village`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": w.Units[village].Village})
		rows = tag.RowsAffected()
		tx.Audit(access.Line{Action: "test.link", Object: "persons", Summary: "改名"})
		return err
	})
	return rows, err
}

func TestALinkReadsOneVillage(t *testing.T) {
	t.Parallel()
	w := world(t)
	here, there := person(w, "A1", "A1"), person(w, "A2", "A2")
	token := link(t, w, "probe")
	if n := w.Count(`select count(*) from links where encode(token_hash, 'escape') like '%' || $1 || '%'`, token); n != 0 {
		t.Error("the token itself is stored")
	}
	s, subject, err := w.Core.FromLink(context.Background(), token, "probe")
	if err != nil || subject != 7 {
		t.Fatalf("the link opens %d: %v", subject, err)
	}
	if posts(t, s, here) != 1 || posts(t, s, there) != 0 {
		t.Error("the link reads its own village and no other")
	}
	if s.Can("probe") || s.Can(access.Own) || !s.Can("link.probe") {
		t.Error("the link can do something else")
	}
	if n, err := rename(s, w, "A1"); err == nil || n != 0 {
		t.Errorf("a link that reads has written %d rows", n)
	}
}

func TestAConsentWritesItsVillageUnderTheHoldersName(t *testing.T) {
	t.Parallel()
	w := world(t)
	person(w, "A1", "A1")
	person(w, "A2", "A2")
	token := link(t, w, "probe")
	s, _, err := w.Core.FromConsent(context.Background(), token, "probe")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := rename(s.HeldBy("李娜"), w, "A2"); err != nil || n != 0 {
		t.Errorf("a consent of A1 has written %d rows of A2: %v", n, err)
	}
	if n, err := rename(s.HeldBy("李娜"), w, "A1"); err != nil || n != 1 {
		t.Errorf("a consent has written %d rows of its village: %v", n, err)
	}
	if n := w.Count(`select count(*) from audit_log where action = 'test.link' and actor = '李娜(链接确认)' and account_id = 0`); n != 2 {
		t.Errorf("%d lines bear the holder's name, want 2", n)
	}
	if clerk := w.Scope(access.TownshipClerk, "A"); clerk.HeldBy("李娜").Name() != clerk.Name() {
		t.Error("somebody who is logged in goes under another name")
	}
}

func TestADeadLinkIsAnAbsentPage(t *testing.T) {
	t.Parallel()
	w := world(t)
	ctx := context.Background()
	token := link(t, w, "probe")
	absent := func(what, token, purpose string) {
		t.Helper()
		for _, open := range []func(context.Context, string, string) (access.Scope, int64, error){w.Core.FromLink, w.Core.FromConsent} {
			if s, _, err := open(ctx, token, purpose); !fault.Is(err, fault.KindNotFound) || s.Can(access.Permission("link."+purpose)) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	absent("another purpose", token, "other")
	absent("another token", strings.ToUpper(token)+"x", "probe")
	absent("no token", "", "probe")
	err := access.InScope(ctx, w.Scope(access.VillageSecretary, "A1"), func(tx *access.Tx) error { return access.RevokeLinks(ctx, tx, "probe", 7) })
	if err != nil {
		t.Fatal(err)
	}
	absent("revoked", token, "probe")
	late := link(t, w, "probe")
	w.Tick(time.Hour)
	absent("expired", late, "probe")
	err = access.InScope(ctx, w.Scope(access.VillageSecretary, "A1"), func(tx *access.Tx) error {
		u := w.Units["A2"]
		_, err := access.NewLink(ctx, tx, access.Link{Purpose: "probe", Township: u.Township, Village: u.Village, ExpiresAt: testkit.Now.Add(time.Hour)})
		return err
	})
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a link into a sibling village: %v", err)
	}
}

func TestAModuleFollowsActsOfOthersInTheirTransaction(t *testing.T) {
	t.Parallel()
	var heard []string
	refuse := false
	w := testkit.NewWorldOn(t, func(*testkit.World) []access.Module {
		return []access.Module{{Name: "listener", Hears: map[string]access.Listener{"probe.act": func(_ context.Context, tx *access.Tx, l access.Line) error {
			if refuse {
				return errors.New("not now")
			}
			heard = append(heard, l.Summary)
			tx.Audit(access.Line{Action: "probe.echo", Object: "persons", Summary: "follows"})
			return nil
		}}}}
	})
	w.Serve()
	s := w.Scope(access.TownshipClerk, "A")
	act := func() error {
		return access.InScope(context.Background(), s, func(tx *access.Tx) error {
			tx.Audit(access.Line{Action: "probe.act", Object: "persons", Summary: "first"})
			tx.Audit(access.Line{Action: "probe.other", Object: "persons", Summary: "unheard"})
			return nil
		})
	}
	if err := act(); err != nil || strings.Join(heard, ",") != "first" {
		t.Errorf("heard %v: %v", heard, err)
	}
	refuse = true
	if err := act(); err == nil {
		t.Error("a listener's refusal has stopped nothing")
	}
	if n := w.Count(`select count(*) from audit_log where action like 'probe.%'`); n != 3 {
		t.Errorf("%d lines, want the three of the act that was not refused", n)
	}
}
