package access

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/fault"
)

// sealed prepares what an account stores of its holder: the encrypted mobile number, its index, and the linked person.
func (c *Core) sealed(tenant int64, phone string, person int64) (cipher, index []byte, linked *int64) {
	if phone != "" {
		cipher, index = c.keys.Encrypt(tenant, "account.phone", phone), c.phoneIndex(phone)
	}
	if person != 0 {
		linked = &person
	}
	return cipher, index, linked
}

// holderOf finds the natural person behind a mobile number or a personnel file among all accounts of the district, also
// those that the actor does not see: maker and checker are told apart by it. It answers 0 where nobody is known.
func (c *Core) holderOf(ctx context.Context, tx *Tx, phoneIndex []byte, person *int64) (holder int64, err error) {
	if phoneIndex == nil && person == nil || tx.Tenant() == 0 {
		return 0, nil
	}
	err = tx.Wide(ctx, "识别同一自然人的账号", func(wide *Tx) error {
		return wide.QueryRow(ctx, `select coalesce(min(case when holder_id = 0 then id else holder_id end), 0) from accounts
			where tenant_id = $1 and (phone_index = $2 or person_id = $3)`, wide.Tenant(), phoneIndex, person).Scan(&holder)
	})
	return holder, err
}

// UsernameFree reports whether nobody in the whole system has a username.
func (c *Core) UsernameFree(ctx context.Context, tx *Tx, name string) (free bool, err error) {
	err = tx.QueryRow(ctx, `select not exists (select from credentials where username = $1)`, strings.ToLower(name)).Scan(&free)
	return free, err
}

// Holding is who holds an account.
type Holding struct {
	Name    string
	Phone   string
	Person  int64 // the personnel file, 0 for none
	Note    string
	Version int
}

// SaveHolding changes name, mobile number and linked personnel file of an account. Accounts that were found to belong to
// one natural person stay joined, whatever is typed later: otherwise a new number would make a checker of a maker.
func (c *Core) SaveHolding(ctx context.Context, tx *Tx, account int64, h Holding) error {
	if err := c.visible(ctx, tx, account); err != nil {
		return err
	}
	if h.Name = strings.TrimSpace(h.Name); h.Name == "" {
		return fault.Invalid("请填写姓名")
	}
	phone, index, person := c.sealed(tx.Tenant(), h.Phone, h.Person)
	holder, err := c.holderOf(ctx, tx, index, person)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `update accounts set name = @name, phone = @phone, phone_index = @index, person_id = @person, note = @note,
			version = version + 1, holder_id = case when @holder::bigint = 0 or @holder = id and holder_id = 0 then holder_id
				when holder_id = 0 then @holder else least(holder_id, @holder) end
		where tenant_id = @tenant and id = @id and version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": account,
		"name": h.Name, "phone": phone, "index": index, "person": person, "note": h.Note, "holder": holder, "version": h.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Stale()
	}
	// The epoch moves, since sessions remember name and linked person.
	_, err = tx.Exec(ctx, `update credentials set phone_index = @index, epoch = epoch + 1 where tenant_id = @tenant and account_id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": account, "index": index})
	tx.Audit(Line{Action: "account.holding", Object: "accounts", ID: account, Person: h.Person, Summary: "修改账号资料:" + h.Name})
	return err
}
