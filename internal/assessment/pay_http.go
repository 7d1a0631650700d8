package assessment

import "touyan/internal/access"

func (m *Module) payRoutes() []access.Route { return nil }
