// Package ui is the kit of which pages are made: layout, navigation, form fields, tables, pager, messages, empty states,
// sheets of paper. It gets finished values, knows no module and no word of the domain, and never asks for data or
// permissions.
//
// Package gallery below it holds both pages described here, complete and compiled, and every other component.
//
// # A list page
//
// The handler reads the query, counts, makes the pager, and reads the rows of that page:
//
//	pager := ui.PagerOf(r.URL, page, total, 50)     // rows: LIMIT 50 OFFSET pager.Offset()
//	name := ui.SortBy(r.URL, "名称", "name")           // ?sort=name, ?sort=-name
//	amount := ui.SortBy(r.URL, "金额", "amount").Numeric()
//	filter := ui.Filter{Action: "/papers", Export: "/papers/export?" + r.URL.RawQuery, Print: "/papers/print?" + r.URL.RawQuery,
//		Chips: []ui.Chip{ui.ChipOf(r.URL, "state", "open", "状态:待办")}, Keep: url.Values{"sort": {sort}}}
//
// The page is filter, table or empty state, pager:
//
//	@ui.FilterBar(p.Filter) {
//		@ui.Input(ui.Field{Name: "q", Label: "名称或编号", Type: "search", Value: p.Text})
//		@ui.Input(ui.Field{Name: "state", Label: "状态", Type: "select", Options: ui.Options(p.State, "", "全部", "open", "待办")})
//	}
//	if len(p.Rows) == 0 {
//		@ui.Empty("没有符合条件的记录", "请放宽条件,或新增一条。") {
//			@ui.Link("primary", "/papers/new", "新增")
//		}
//	} else {
//		@ui.Table("收文列表") {
//			<thead><tr>
//				@ui.SortHead(p.Name)
//				<th scope="col">状态</th>
//				@ui.SortHead(p.Amount)
//			</tr></thead>
//			<tbody>
//				for _, r := range p.Rows {
//					<tr>
//						<td><a href={ r.Href }>{ r.Name }</a></td>
//						<td>@ui.Tag("warn", "待办")</td>
//						<td class="num">{ r.Amount }</td>
//					</tr>
//				}
//			</tbody>
//		}
//		@ui.PageLinks(p.Pager)
//		@ui.ExportFold(ui.Export{Action: "/papers/export", Grant: p.Grant}) {
//			@ui.Hidden("query", p.URL.RawQuery)
//		}
//	}
//
// Acts on several rows: FormOf(FormProps{ID: "rows", Plain: true, …}) around the table, SelectAll in the head, SelectRow
// in each row, Selection above or below with its buttons. Rows become cards on a phone with TableOf(TableProps{Cards:
// true}) and a data-label on every td. Numbers and money stand in class "num".
//
// # A form page
//
// An invalid form is drawn again with status 422, what was typed, the summary, and the sentence beside each field. The
// names of Problem and Field are the same; the summary links to the field.
//
//	@ui.ErrorSummary(p.Problems)
//	@ui.Form("/papers", p.Grant) {
//		@ui.Fields() {
//			@ui.Input(ui.Field{Name: "name", Label: "名称", Value: p.Form.Name, Required: true, Error: ui.ProblemOf(p.Problems, "name")})
//			@ui.Input(ui.Field{Name: "on", Label: "日期", Type: "date", Value: p.Form.On})
//			@ui.Input(ui.Field{Name: "amount", Label: "金额", Mode: "decimal", Unit: "元", Value: p.Form.Amount, Hint: "保留两位小数"})
//		}
//		@ui.Actions("保存", "/papers")
//	}
//
// Grant is access.Scope.GrantID, also where Form is not used but FormOf, UploadForm (files), ActForm (a form that is one
// button) or Confirm (the page between a dangerous button and its act; there is no confirm dialog in script).
//
// # Rules
//
//   - No style attribute, no inline script, no on… attribute, no address of another host: the Content-Security-Policy
//     refuses them, and a test of package web finds them in every .templ file.
//   - Colour only supports words: Tag, Notice, Steps and Stats all carry text. Kinds of Tag, Event and StatItem are plain,
//     info, good, warn, bad; kinds of Notice and Flash are success, info, warn, error.
//   - Where two forms of a page share a name, give Field.ID.
//   - Every page works without script. What script only improves carries class js-only.
//   - SaveState("id") shows 保存中, 已保存 or 未保存 for htmx requests that start inside the element with that id.
//   - Paper: access.PrintPage with Sheet components; the server cuts the rows and numbers the sheets; PaperTable inside.
package ui
