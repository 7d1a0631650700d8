package cadre

import "touyan/internal/access"

func (m *Module) transferRoutes() []access.Route { return nil }
