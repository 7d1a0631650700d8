package cadre

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// savedFilter is a set of conditions under a name, of one account.
type savedFilter struct {
	ID    int64
	Name  string
	Query string
}

func (Store) filters(ctx context.Context, tx *access.Tx) ([]savedFilter, error) {
	rows, err := tx.Query(ctx, `select id, name, query from saved_filters where tenant_id = @tenant and account_id = @account and page = 'cadres'
		order by name limit 30`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "account": tx.Scope().Account()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[savedFilter])
}

func (m *Module) saveFilter(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	query, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil {
		return fault.Invalid("筛选条件无法识别")
	}
	query.Del("page")
	name := strings.TrimSpace(r.PostForm.Get("name"))
	refused := func(sentence string) error {
		return m.listOf(w, r, s, &url.URL{Path: "/cadres", RawQuery: query.Encode()}, name, sentence)
	}
	if name == "" {
		return refused("请填写筛选名称")
	}
	if q := query.Get("q"); contact.HideNumbers(q) != q {
		return refused("搜索内容是身份证号或电话号码,不能存为常用筛选")
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		_, err := tx.Exec(r.Context(), `insert into saved_filters (tenant_id, township_id, village_id, account_id, page, name, query, created_at)
			values (@tenant, @township, @village, @account, 'cadres', @name, @query, @now)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
			"township": s.Township(), "village": s.Village(), "account": s.Account(), "name": name, "query": query.Encode(), "now": s.Now()})
		return err
	})
	if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindConflict) {
		return refused(fault.Of(err).Sentence)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存常用筛选:"+name)
	return httpx.SeeOther(w, r, "/cadres?"+query.Encode())
}

func (m *Module) deleteFilter(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		tag, err := tx.Exec(r.Context(), `delete from saved_filters where tenant_id = @tenant and id = @id and account_id = @account`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "account": s.Account()})
		if err == nil && tag.RowsAffected() == 0 {
			return fault.NotFound()
		}
		return err
	})
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil || len(query) == 0 {
		return httpx.SeeOther(w, r, "/cadres")
	}
	return httpx.SeeOther(w, r, "/cadres?"+query.Encode())
}
